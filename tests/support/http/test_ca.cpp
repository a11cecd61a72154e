// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/test_ca.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace forestall::test {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;

template <class T>
T* made(T* object) {
  if (object == nullptr) throw std::runtime_error("OpenSSL refuses to make a test certificate");
  return object;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
      made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
  X509_add_ext(certificate, extension.get(), -1);
}

Certificate unsigned_certificate(EVP_PKEY* key, const std::string& name, long serial, int valid_days) {
  Certificate certificate(made(X509_new()));
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  const long end = valid_days * 86'400L;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), end > 0 ? -3600 : end - 86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), end);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

template <class Write>
std::string pem(Write&& write) {
  const std::unique_ptr<BIO, Deleter<BIO_free_all>> bio(made(BIO_new(BIO_s_mem())));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

bool is_address(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos || name.find(':') != std::string::npos;
}

}  // namespace

struct TestCa::Impl {
  Key key{made(EVP_EC_gen("P-256"))};
  Certificate certificate = unsigned_certificate(key.get(), "Forestall test authority", 1, 1);
};

TestCa::TestCa() : impl_(std::make_unique<Impl>()) {
  X509* const certificate = impl_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, certificate, NID_key_usage, "critical,keyCertSign");
  X509_sign(certificate, impl_->key.get(), EVP_sha256());
  ca_file_ = folder_.write("ca.pem", pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }));
}
TestCa::~TestCa() = default;

CertificateFiles TestCa::issue(const std::vector<std::string>& names, int valid_days) {
  return make(names, valid_days, true);
}
CertificateFiles TestCa::self_signed(const std::vector<std::string>& names) { return make(names, 1, false); }

CertificateFiles TestCa::make(const std::vector<std::string>& names, int valid_days, bool by_ca) {
  const Key key(made(EVP_EC_gen("P-256")));
  const Certificate certificate = unsigned_certificate(key.get(), names.front(), 100 + ++issued_, valid_days);
  X509* const issuer = by_ca ? impl_->certificate.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  std::string alternatives;
  for (const auto& name : names) {
    if (!alternatives.empty()) alternatives += ',';
    alternatives += (is_address(name) ? "IP:" : "DNS:") + name;
  }
  extend(certificate.get(), issuer, NID_subject_alt_name, alternatives);
  X509_sign(certificate.get(), by_ca ? impl_->key.get() : key.get(), EVP_sha256());
  const std::string stem = std::to_string(issued_);
  return {folder_.write(stem + ".pem", pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); })),
          folder_.write(stem + ".key", pem([&](BIO* bio) {
                          PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                        }))};
}

}  // namespace forestall::test
