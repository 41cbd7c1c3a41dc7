# pragma version ~=0.4.3
# SPDX-License-Identifier: Apache-2.0
"""
@title Anchors of transparency logs
@notice For each origin (SHA-256 of a log's name) the longest checkpoint that the owner has put here: size and root.
        It only grows, and nobody but the owner can put anything here.
"""

struct Head:
    size: uint64
    root: bytes32

event Anchored:
    origin: indexed(bytes32)
    size: uint64
    root: bytes32

owner: public(immutable(address))
heads: public(HashMap[bytes32, Head])


@deploy
def __init__():
    owner = msg.sender


@external
def anchor(origin: bytes32, size: uint64, root: bytes32):
    assert msg.sender == owner, "owner only"
    assert size > self.heads[origin].size, "growing only"
    self.heads[origin] = Head(size=size, root=root)
    log Anchored(origin=origin, size=size, root=root)
