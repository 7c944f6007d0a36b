"""The regular part of ECMA patterns, as trees and as automata."""
