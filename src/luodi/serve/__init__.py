"""Stage 6: answers over HTTP, each of them kept, from a process that loads nothing to train with.

``start`` puts the parts together; ``connection`` speaks HTTP, ``app`` admits and routes,
``batcher`` answers what arrives together as one batch, ``watcher`` follows the ledger's aliases.
"""
