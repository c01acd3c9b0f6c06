"""The pages of the service: a module a subject, a function an address. Each takes a `Site` and a `Request`.

A module may have a function `refused`, which makes a page of a refusal, with what was typed still in it.
"""
