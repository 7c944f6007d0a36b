"""What a project decides for itself: ``.invigilate.yaml``, shared by lint and diff."""
