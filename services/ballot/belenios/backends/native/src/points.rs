//! Points of the prime-order subgroup as their 32 bytes, and challenges (sections 1.1 and 1.3 of the protocol).


use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha256};

/// Length of a point and of a scalar, in bytes.
pub const SIZE: usize = 32;

/// The point of canonical bytes, whatever its order. None for anything else.
///
/// The library accepts a second spelling of some points; the protocol does not, so the spelling is compared.
pub fn on_curve(bytes: &[u8; SIZE]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    (point.compress().as_bytes() == bytes).then_some(point)
}

/// Whether a point has no component of small order: 8 times the eighth of it is the point itself.
///
/// For points that everybody may see: the time depends on the point.
pub fn in_subgroup(point: &EdwardsPoint, eighth: &Scalar) -> bool {
    let part = EdwardsPoint::vartime_double_scalar_mul_basepoint(eighth, point, &Scalar::ZERO);
    (part.mul_by_cofactor() - point).is_identity()
}

/// The inverse of 8 modulo the order of the subgroup.
pub fn eighth() -> Scalar {
    Scalar::from(8u8).invert()
}

/// The scalar of 32 bytes in little-endian order, below the order of the subgroup. None for anything else.
pub fn scalar(bytes: &[u8; SIZE]) -> Option<Scalar> {
    Scalar::from_canonical_bytes(*bytes).into()
}

/// A point as the protocol writes it: its bytes in reverse, in hexadecimal.
fn written(bytes: &[u8; SIZE], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes.iter().rev() {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// SHA-256 of the prefix and of the points, separated by commas, as an integer modulo the order.
pub fn challenge(prefix: &str, points: &[EdwardsPoint]) -> Scalar {
    let mut text = Vec::with_capacity(prefix.len() + points.len() * (2 * SIZE + 1));
    text.extend_from_slice(prefix.as_bytes());
    for (position, bytes) in EdwardsPoint::compress_batch_alloc(points).iter().enumerate() {
        if position > 0 {
            text.push(b',');
        }
        written(bytes.as_bytes(), &mut text);
    }
    let mut digest: [u8; SIZE] = Sha256::digest(&text).into();
    digest.reverse();
    Scalar::from_bytes_mod_order(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use curve25519_dalek::traits::Identity;

    #[test]
    fn small_orders_are_told_from_the_subgroup() {
        let eighth = eighth();
        assert!(in_subgroup(&ED25519_BASEPOINT_POINT, &eighth));
        assert!(in_subgroup(&EdwardsPoint::identity(), &eighth));
        for small in &EIGHT_TORSION[1..] {
            assert!(!in_subgroup(small, &eighth));
            assert!(!in_subgroup(&(ED25519_BASEPOINT_POINT + small), &eighth));
        }
    }

    #[test]
    fn a_second_spelling_of_a_point_is_none() {
        let mut identity_with_sign = [0u8; SIZE];
        identity_with_sign[0] = 1;
        assert!(on_curve(&identity_with_sign).is_some());
        identity_with_sign[SIZE - 1] = 0x80;
        assert!(on_curve(&identity_with_sign).is_none());
        // p + 1 is the identity's y once more.
        let mut unreduced = [0xffu8; SIZE];
        unreduced[0] = 0xee;
        unreduced[SIZE - 1] = 0x7f;
        assert!(on_curve(&unreduced).is_none());
    }
}
