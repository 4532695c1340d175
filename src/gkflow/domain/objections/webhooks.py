"""Endpoints, and what a receiver objects to in a post (接收端与签名核验)."""

from __future__ import annotations

from gkflow.domain.errors import NotFound, Refused, Unfit
from gkflow.domain.sentences import said


class BodyWrong(Refused):
    code = "webhook_body_wrong"
    sentence = said("the body is signed, but is no event: a JSON object")


class UnknownEndpoint(NotFound):
    code = "unknown_endpoint"
    sentence = said('no endpoint "{name}" in the settings{mean}')

    name: str
    mean: str


class TestNotTaken(Unfit):
    code = "test_event_not_taken"
    sentence = said('endpoint "{name}" did not take the test event: {reason}')

    name: str
    reason: str


class NotVerified(Refused):
    """A post that is not to be trusted (推送核验不通过)."""


class HeaderMissing(NotVerified):
    code = "webhook_header_missing"
    sentence = said("the post has no header {header}")

    header: str


class TimestampWrong(NotVerified):
    code = "webhook_timestamp_wrong"
    sentence = said("the header webhook-timestamp is not a number of seconds")


class TooOld(NotVerified):
    code = "webhook_too_old"
    sentence = said("the post is {seconds} {seconds:second|seconds} old, at most {most} are accepted")

    seconds: int
    most: int


class FromTheFuture(NotVerified):
    code = "webhook_from_the_future"
    sentence = said("the post is {seconds} {seconds:second|seconds} ahead of this clock, at most {most} are accepted")

    seconds: int
    most: int


class SignatureWrong(NotVerified):
    code = "webhook_signature_wrong"
    sentence = said("no signature of the post was made with this secret and this body")


class SecretWrong(Refused):
    code = "webhook_secret_wrong"
    sentence = said("a secret must be whsec_ and base64, as Standard Webhooks has it")
