"""How a call goes through the proxy, byte by byte."""
