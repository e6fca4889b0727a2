"""Tests of the engines, which must all give the same results."""
