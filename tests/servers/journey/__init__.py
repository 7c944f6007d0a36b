"""The journey after provisioning, once more: written from what is published, with no line of the mock's."""
