"""The names of the world's places, compiled when the package is built and mapped into memory when it runs."""
