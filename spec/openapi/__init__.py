"""An OpenAPI document as data, with its references followed."""
