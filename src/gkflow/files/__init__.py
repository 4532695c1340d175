"""The rule files (规则文件): the only code that knows YAML and TOML."""
