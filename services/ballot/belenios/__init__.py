"""The Belenios protocol, version 1, group Ed25519, homomorphic questions.

Pure functions over strings and integers: no database, no bus, no clock. What each module does, and the section of the
protocol page it implements:

- ``canonical``   strict compact JSON (1)
- ``group``       the group behind an interface, Ed25519 (1.1, 1.3)
- ``credential``  voters' credentials (2)
- ``proofs``      zero-knowledge proofs (3)
- ``election``    the election file (4)
- ``ballot``      making and checking ballots (4, 4.1)
- ``tally``       homomorphic tally, partial decryptions, result (5)
- ``pki``, ``pedersen``, ``trustees``  keys of the trustees (6)
- ``archive``, ``verify``  the public archive and its verifier (7, 9)
"""
