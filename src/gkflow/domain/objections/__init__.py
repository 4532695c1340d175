"""The objections of gkflow (异议): one class per code, by subject, with the facts of its sentence as fields."""
