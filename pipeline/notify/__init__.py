"""From the ledger to the analysts: deliveries that are due, and the channels that carry them."""
