"""Tests of the engines: every engine gives the same."""
