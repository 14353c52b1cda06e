//! TLS to the database, by `sslmode` and `sslrootcert` as libpq has them (PostgreSQL's documentation, `libpq-ssl`).
use std::path::PathBuf;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// What a URL says of TLS.
#[derive(Debug, PartialEq, Eq)]
pub struct Tls {
    check: Check,
    /// A file of certificates in PEM; without it those that the system trusts.
    root_certificates: Option<PathBuf>,
}

/// What is checked of the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Nothing,
    /// Who signed it.
    Authority,
    /// Who signed it, and that it is for the host of the URL.
    AuthorityAndHost,
}

impl Tls {
    /// Takes from `url` what tokio-postgres does not know: what is left says whether TLS is used, this says how.
    pub fn split(url: &str) -> Result<(String, Self), String> {
        let mut check = Check::Nothing;
        let mut file = None;
        let Some((base, query)) = url.split_once('?') else {
            return Ok((url.to_owned(), Self { check, root_certificates: None }));
        };
        let mut rest = Vec::new();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => {
                    check = match mode {
                        "disable" | "prefer" | "require" => Check::Nothing,
                        "verify-ca" => Check::Authority,
                        "verify-full" => Check::AuthorityAndHost,
                        _ => {
                            let modes = "disable, prefer, require, verify-ca or verify-full";
                            return Err(format!("sslmode must be {modes}, not `{mode}`"));
                        }
                    };
                    rest.push(if check == Check::Nothing { pair } else { "sslmode=require" });
                }
                Some(("sslrootcert", name)) => file = Some(percent_decode_str(name).decode_utf8_lossy().into_owned()),
                _ => rest.push(pair),
            }
        }
        let named = file.is_some();
        let root_certificates = file.filter(|file| file != "system").map(PathBuf::from);
        // As libpq has it: whoever says which authorities are good wants them asked.
        if named && check == Check::Nothing {
            check = Check::Authority;
        }
        Ok((format!("{base}?{}", rest.join("&")), Self { check, root_certificates }))
    }

    /// Reads the file of certificates, if one is named.
    pub fn config(&self) -> Result<ClientConfig, String> {
        let builder = ClientConfig::builder();
        let provider = Arc::clone(builder.crypto_provider());
        let authority = match self.check {
            Check::Nothing => None,
            Check::Authority | Check::AuthorityAndHost => Some(self.authority(Arc::clone(&provider))?),
        };
        let verifier: Arc<dyn ServerCertVerifier> = match authority {
            Some(strict) if self.check == Check::AuthorityAndHost => strict,
            authority => Arc::new(Lenient { provider, authority }),
        };
        Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }

    fn authority(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, String> {
        let Some(file) = &self.root_certificates else {
            return Ok(Arc::new(Verifier::new(provider).map_err(|error| error.to_string())?));
        };
        let unreadable = |error: &dyn std::fmt::Display| format!("sslrootcert: {}: {error}", file.display());
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
            let certificate = certificate.map_err(|error| unreadable(&error))?;
            roots.add(certificate).map_err(|error| unreadable(&error))?;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let verifier = verifier.map_err(|error| unreadable(&error))?;
        Ok(verifier)
    }
}

/// Asks less of a certificate than TLS usually does. That whoever shows it has its key is checked all the same.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    /// Checks the signatures and the name, of which the name does not count; without it every certificate will do.
    authority: Option<Arc<dyn ServerCertVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name comes last: the signatures were found good before.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_what_is_checked() {
        for (query, rest, check, file) in [
            ("", "", Check::Nothing, None),
            ("?sslmode=prefer", "?sslmode=prefer", Check::Nothing, None),
            ("?sslmode=require", "?sslmode=require", Check::Nothing, None),
            ("?sslmode=verify-ca", "?sslmode=require", Check::Authority, None),
            ("?a=b&sslmode=verify-full&c=d", "?a=b&sslmode=require&c=d", Check::AuthorityAndHost, None),
            ("?sslmode=require&sslrootcert=%2Fetc%2Fca.pem", "?sslmode=require", Check::Authority, Some("/etc/ca.pem")),
            ("?sslmode=verify-full&sslrootcert=system", "?sslmode=require", Check::AuthorityAndHost, None),
        ] {
            let (url, tls) = Tls::split(&format!("postgres://host/db{query}")).expect(query);
            assert_eq!(url, format!("postgres://host/db{rest}"));
            assert_eq!(tls, Tls { check, root_certificates: file.map(PathBuf::from) });
        }
        assert!(Tls::split("postgres://host/db?sslmode=maybe").is_err());
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let (_, tls) = Tls::split("postgres://host/db?sslmode=verify-ca&sslrootcert=/nowhere.pem").expect("a URL");
        assert!(tls.config().is_err_and(|error| error.starts_with("sslrootcert: /nowhere.pem: ")));
    }
}
