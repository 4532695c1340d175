"""gkflow in a web framework (与框架的结合): each module needs its framework, which the portal has."""
