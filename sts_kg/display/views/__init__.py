"""What is shown of each kind of object: one function a class, listed in `sts_kg.display.shows.RENDERERS`."""
