"""The seventh step of the loop: how a model in service is doing, said before a person notices.

Functions over frozen values: a window of answers becomes a sketch, a sketch beside the release's
reference becomes evidence, evidence that lasts becomes one alarm of three kinds.
"""
