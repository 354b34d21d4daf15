"""What Elasticsearch is told about the project's indices."""
