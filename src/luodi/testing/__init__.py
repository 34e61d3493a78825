"""What is shipped for tests, demos and benchmarks: conformance suites and generated records."""
