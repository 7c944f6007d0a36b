"""The process around the application: sockets, limits of a connection, reloading."""
