"""The verbs (用例): what an office does with its cases. They see the world only through ports."""
