//! Checks of zero-knowledge proofs (section 3 of the protocol). Everything here is public: times depend on the values.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{EdwardsPoint, VartimeEdwardsPrecomputation};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity, VartimePrecomputedMultiscalarMul};

use crate::points::challenge;

/// The public key of an election with what makes multiplications of it and of the generator quick.
pub struct ElectionKey {
    table: VartimeEdwardsPrecomputation,
}

/// An ElGamal pair, both points in the subgroup.
#[derive(Clone, Copy)]
pub struct Ciphertext {
    pub alpha: EdwardsPoint,
    pub beta: EdwardsPoint,
}

/// "The sum of the ciphertexts from `first` up to `last`, excluded, encrypts `value`."
pub struct Statement {
    pub first: usize,
    pub last: usize,
    pub value: u64,
}

/// A challenge and its response.
pub struct Proof {
    pub challenge: Scalar,
    pub response: Scalar,
}

/// A proof that one of the statements holds.
pub struct OneOf {
    pub prefix: String,
    pub statements: Vec<Statement>,
    pub proofs: Vec<Proof>,
}

impl ElectionKey {
    pub fn new(key: EdwardsPoint) -> Self {
        Self { table: VartimeEdwardsPrecomputation::new([ED25519_BASEPOINT_POINT, key]) }
    }

    /// g^of_generator · key^of_key · point^of_point
    fn product(&self, of_generator: Scalar, of_key: Scalar, of_point: Scalar, point: EdwardsPoint) -> EdwardsPoint {
        self.table.vartime_mixed_multiscalar_mul([of_generator, of_key], [of_point], [point])
    }

    /// Whether the proof holds; false too where its numbers do not fit each other.
    pub fn holds(&self, ciphertexts: &[Ciphertext], one_of: &OneOf) -> bool {
        if one_of.statements.len() != one_of.proofs.len() {
            return false;
        }
        let mut commitments = Vec::with_capacity(2 * one_of.proofs.len());
        let mut total = Scalar::ZERO;
        for (statement, proof) in one_of.statements.iter().zip(&one_of.proofs) {
            let Some(summed) = ciphertexts.get(statement.first..statement.last) else { return false };
            let (alpha, beta) = sum(summed);
            let shift = -(Scalar::from(statement.value) * proof.challenge);
            commitments.push(self.product(proof.response, Scalar::ZERO, proof.challenge, alpha));
            commitments.push(self.product(shift, proof.response, proof.challenge, beta));
            total += proof.challenge;
        }
        total == challenge(&one_of.prefix, &commitments)
    }
}

fn sum(ciphertexts: &[Ciphertext]) -> (EdwardsPoint, EdwardsPoint) {
    if let [only] = ciphertexts {
        return (only.alpha, only.beta);
    }
    let mut alpha = EdwardsPoint::identity();
    let mut beta = EdwardsPoint::identity();
    for ciphertext in ciphertexts {
        alpha += ciphertext.alpha;
        beta += ciphertext.beta;
    }
    (alpha, beta)
}

/// Schnorr (3.1): knowledge of the discrete logarithm of `public`.
pub fn knows(public: &EdwardsPoint, prefix: &str, proof: &Proof) -> bool {
    let commitment =
        EdwardsPoint::vartime_double_scalar_mul_basepoint(&proof.challenge, public, &proof.response);
    proof.challenge == challenge(prefix, &[commitment])
}
