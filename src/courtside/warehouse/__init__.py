"""Tables, the one write and the engines that carry them."""
