//! The native backend of the protocol: whole answers and batches of points a call, without the interpreter's lock.
//!
//! Nothing secret comes here. Keys, randomness and voting codes stay with libsodium's constant-time functions; what this module takes
//! (ciphertexts, proofs, public keys) is published anyway, which is why it may use functions whose time depends on it.
#![forbid(unsafe_code)]

pub mod points;
pub mod proofs;

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::traits::Identity;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use points::{SIZE, eighth, in_subgroup, on_curve, scalar};
use proofs::{Ciphertext, OneOf, Proof, Statement};

fn pieces(bytes: &[u8]) -> PyResult<Vec<&[u8; SIZE]>> {
    let (pieces, rest) = bytes.as_chunks::<SIZE>();
    if rest.is_empty() { Ok(pieces.iter().collect()) } else { Err(PyValueError::new_err("not a multiple of 32 bytes")) }
}

/// A point that has been checked before.
fn trusted(bytes: &[u8; SIZE]) -> PyResult<EdwardsPoint> {
    CompressedEdwardsY(*bytes).decompress().ok_or_else(|| PyValueError::new_err("not a point"))
}

fn parsed_proofs(scalars: &[u8]) -> PyResult<Vec<Proof>> {
    let scalars = pieces(scalars)?
        .into_iter()
        .map(|bytes| scalar(bytes).ok_or_else(|| PyValueError::new_err("not a scalar")))
        .collect::<PyResult<Vec<_>>>()?;
    Ok(scalars.chunks_exact(2).map(|pair| Proof { challenge: pair[0], response: pair[1] }).collect())
}

/// The position of the first of these points (32 bytes each) that is no point of the subgroup; None where all are.
#[pyfunction]
fn first_outside(py: Python<'_>, points: &[u8]) -> PyResult<Option<usize>> {
    let points = pieces(points)?;
    Ok(py.detach(|| {
        let eighth = eighth();
        points.iter().position(|bytes| !on_curve(bytes).is_some_and(|point| in_subgroup(&point, &eighth)))
    }))
}

/// Whether a proof of knowledge holds. `public` is a point of the subgroup, `scalars` its challenge and response.
#[pyfunction]
fn knows(py: Python<'_>, public: &[u8], prefix: &str, scalars: &[u8]) -> PyResult<bool> {
    let publics = pieces(public)?.into_iter().map(trusted).collect::<PyResult<Vec<_>>>()?;
    let proofs = parsed_proofs(scalars)?;
    let ([public], [proof]) = (publics.as_slice(), proofs.as_slice()) else {
        return Err(PyValueError::new_err("one point and one proof expected"));
    };
    Ok(py.detach(|| proofs::knows(public, prefix, proof)))
}

/// The public key of an election, prepared once for all its ballots.
#[pyclass(frozen)]
struct ElectionKey {
    key: proofs::ElectionKey,
}

#[pymethods]
impl ElectionKey {
    #[new]
    fn new(key: &[u8]) -> PyResult<Self> {
        let points = pieces(key)?.into_iter().map(trusted).collect::<PyResult<Vec<_>>>()?;
        let [point] = points.as_slice() else { return Err(PyValueError::new_err("one point expected")) };
        Ok(Self { key: proofs::ElectionKey::new(*point) })
    }

    /// The position of the first proof that does not hold; None where all do.
    ///
    /// `ciphertexts`: alpha and beta of each, points of the subgroup. `proofs`: prefix, statements (first, last, value),
    /// challenges and responses.
    #[allow(clippy::type_complexity)]
    fn first_failing(
        &self,
        py: Python<'_>,
        ciphertexts: &[u8],
        proofs: Vec<(String, Vec<(usize, usize, u64)>, Vec<u8>)>,
    ) -> PyResult<Option<usize>> {
        let points = pieces(ciphertexts)?;
        let proofs = proofs
            .into_iter()
            .map(|(prefix, statements, scalars)| {
                let statements =
                    statements.into_iter().map(|(first, last, value)| Statement { first, last, value }).collect();
                Ok(OneOf { prefix, statements, proofs: parsed_proofs(&scalars)? })
            })
            .collect::<PyResult<Vec<_>>>()?;
        py.detach(|| {
            let points = points.into_iter().map(trusted).collect::<PyResult<Vec<_>>>()?;
            let ciphertexts: Vec<_> =
                points.chunks_exact(2).map(|pair| Ciphertext { alpha: pair[0], beta: pair[1] }).collect();
            Ok(proofs.iter().position(|one_of| !self.key.holds(&ciphertexts, one_of)))
        })
    }
}

/// Sums of columns of points, for the encrypted tally.
#[pyclass]
struct ColumnSums {
    sums: Vec<EdwardsPoint>,
}

#[pymethods]
impl ColumnSums {
    #[new]
    fn new(columns: usize) -> Self {
        Self { sums: vec![EdwardsPoint::identity(); columns] }
    }

    /// Add a row of points that have been checked before, 32 bytes a column.
    fn add(&mut self, row: &[u8]) -> PyResult<()> {
        let points = pieces(row)?.into_iter().map(trusted).collect::<PyResult<Vec<_>>>()?;
        if points.len() != self.sums.len() {
            return Err(PyValueError::new_err("one point a column expected"));
        }
        for (sum, point) in self.sums.iter_mut().zip(points) {
            *sum += point;
        }
        Ok(())
    }

    /// The sums, 32 bytes a column.
    fn sums<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes: Vec<u8> =
            EdwardsPoint::compress_batch_alloc(&self.sums).iter().flat_map(|point| *point.as_bytes()).collect();
        PyBytes::new(py, &bytes)
    }
}

#[pymodule]
fn isoloir_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(first_outside, module)?)?;
    module.add_function(wrap_pyfunction!(knows, module)?)?;
    module.add_class::<ElectionKey>()?;
    module.add_class::<ColumnSums>()
}
