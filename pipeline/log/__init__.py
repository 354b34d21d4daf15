"""The event log: topics, partitions, offsets and consumer groups, embedded or in Kafka."""
