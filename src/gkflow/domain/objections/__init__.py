"""What gkflow objects to (异议): one class per code, by subject, with the facts that its sentence tells as fields."""
