"""Predictions: expected points and the probability of over for each player game.

The room offers the systems, training and promotion of models, prediction of slates, calibration and evaluation.
"""
