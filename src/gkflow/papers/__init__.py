"""The papers (文书): letters and tables."""
