#include "cloud/ground/certificates.hpp"

#include "cloud/ground/crypto.hpp"
#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace cruddur::cloud::ground {
namespace {

using std::chrono::system_clock;

constexpr auto authority_lifetime = std::chrono::hours(24 * 365 * 40);
constexpr auto server_lifetime = std::chrono::hours(24 * 365);
constexpr auto renewal_before = std::chrono::hours(24 * 30);
constexpr auto clock_skew = std::chrono::hours(1); // of a client in another container
constexpr std::size_t serial_bytes = 16;
constexpr std::size_t common_name_characters_max = 64;

using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using names_ptr = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;
using octets_ptr = std::unique_ptr<ASN1_OCTET_STRING, freed_by<ASN1_OCTET_STRING_free>>;

void must(bool held, const char* what) {
    if (held) return;
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    throw certificate_error{fmt::format("{}: {}", what, reason.data())};
}

std::string to_text(BIO* from) {
    const char* bytes = nullptr;
    const long size = BIO_get_mem_data(from, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
    const bio_ptr out{BIO_new(BIO_s_mem())};
    must(out && PEM_write_bio_X509(out.get(), certificate) == 1, "writing a certificate");
    return to_text(out.get());
}

std::string to_pem(EVP_PKEY* key) {
    const bio_ptr out{BIO_new(BIO_s_mem())};
    must(out && PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
         "writing a key");
    return to_text(out.get());
}

// The first certificate in the text; null where there is none.
certificate_ptr certificate_of(const std::string& pem) {
    const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    certificate_ptr found{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
    ERR_clear_error();
    return found;
}

key_ptr key_of(const std::string& pem) {
    const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    key_ptr found{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
    ERR_clear_error();
    return found;
}

key_ptr new_key() {
    key_ptr key{EVP_EC_gen("P-256")};
    must(key != nullptr, "making a key");
    return key;
}

key_ptr new_key(authority_key made_of) {
    if (made_of == authority_key::p256) return new_key();
    constexpr unsigned rsa_bits = 4096;
    key_ptr key =
        made_of == authority_key::rsa4096 ? key_of(new_rsa_key(rsa_bits)) : key_ptr{EVP_EC_gen("P-384")};
    must(key != nullptr, "making a key");
    return key;
}

octets_ptr octets_of_address(const std::string& name) {
    octets_ptr octets{a2i_IPADDRESS(name.c_str())};
    ERR_clear_error();
    return octets;
}

void add_extension(X509* to, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    must(extension != nullptr, "making a certificate's extension");
    const bool added = X509_add_ext(to, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    must(added, "adding a certificate's extension");
}

// Built from the names one by one, and not from a configuration text that a name could break out of.
void add_alternative_names(X509* to, std::span<const std::string> names) {
    const names_ptr all{sk_GENERAL_NAME_new_null()};
    for (const auto& name : names) {
        GENERAL_NAME* one = GENERAL_NAME_new();
        must(one != nullptr && sk_GENERAL_NAME_push(all.get(), one) > 0, "naming a server");
        if (octets_ptr address = octets_of_address(name)) {
            GENERAL_NAME_set0_value(one, GEN_IPADD, address.release());
        } else {
            ASN1_IA5STRING* text = ASN1_IA5STRING_new();
            must(ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) == 1, "naming a server");
            GENERAL_NAME_set0_value(one, GEN_DNS, text);
        }
    }
    must(X509_add1_ext_i2d(to, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1,
         "naming a server");
}

std::vector<std::string> alternative_names(X509* of) {
    std::vector<std::string> out;
    const names_ptr all{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type);
        const auto* text = static_cast<const ASN1_STRING*>(value);
        if (type != GEN_DNS && type != GEN_IPADD) continue;
        out.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    std::ranges::sort(out);
    return out;
}

// As alternative_names() has them: an address is its bytes.
std::vector<std::string> as_in_certificate(std::span<const std::string> names) {
    std::vector<std::string> out;
    for (const auto& name : names) {
        const octets_ptr address = octets_of_address(name);
        out.push_back(address
                          ? std::string{reinterpret_cast<const char*>(ASN1_STRING_get0_data(address.get())),
                                        static_cast<std::size_t>(ASN1_STRING_length(address.get()))}
                          : name);
    }
    std::ranges::sort(out);
    return out;
}

void set_time(ASN1_TIME* field, system_clock::time_point when) {
    must(ASN1_TIME_set(field, system_clock::to_time_t(when)) != nullptr, "dating a certificate");
}

certificate_ptr new_certificate(EVP_PKEY* key, std::string common_name, system_clock::time_point from,
                                system_clock::time_point until) {
    certificate_ptr out{X509_new()};
    must(out != nullptr && X509_set_version(out.get(), X509_VERSION_3) == 1, "making a certificate");
    std::array<unsigned char, serial_bytes> serial{};
    must(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "making a serial number");
    serial[0] = (serial[0] & 0x7FU) | 0x40U; // positive, and of full length
    BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
    const bool numbered = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(out.get())) != nullptr;
    BN_free(number);
    must(numbered, "numbering a certificate");
    set_time(X509_getm_notBefore(out.get()), from - clock_skew);
    set_time(X509_getm_notAfter(out.get()), until);
    if (common_name.size() > common_name_characters_max) common_name.resize(common_name_characters_max);
    X509_NAME* subject = X509_get_subject_name(out.get());
    for (const auto& [field, value] :
         {std::pair{"O", std::string{"Cruddur"}}, std::pair{"CN", std::move(common_name)}}) {
        must(X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>(value.data()),
                                        static_cast<int>(value.size()), -1, 0) == 1,
             "naming a certificate");
    }
    must(X509_set_pubkey(out.get(), key) == 1, "making a certificate");
    return out;
}

certificate_ptr new_authority(EVP_PKEY* key, system_clock::time_point now) {
    // Each has a name of its own, so that a bundle may hold several.
    std::array<unsigned char, 4> mark{};
    must(RAND_bytes(mark.data(), static_cast<int>(mark.size())) == 1, "naming the authority");
    const auto name = fmt::format("Cruddur local RDS root {:02x}", fmt::join(mark, ""));
    certificate_ptr out = new_certificate(key, name, now, now + authority_lifetime);
    must(X509_set_issuer_name(out.get(), X509_get_subject_name(out.get())) == 1, "naming the authority");
    add_extension(out.get(), out.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(out.get(), out.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(out.get(), out.get(), NID_subject_key_identifier, "hash");
    must(X509_sign(out.get(), key, EVP_sha256()) > 0, "signing the authority's certificate");
    return out;
}

} // namespace

struct certificate_authority::state {
    key_ptr key;
    certificate_ptr certificate;
    std::string bundle;
};

certificate_authority::certificate_authority(const std::filesystem::path& folder, authority_key made_of)
    : state_{std::make_unique<state>()} {
    const std::filesystem::path file = folder / "ca.pem";
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
        std::error_code failed;
        std::filesystem::create_directories(folder, failed);
        state_->key = new_key(made_of);
        state_->certificate = new_authority(state_->key.get(), system_clock::now());
        try {
            cluster::write_file(file, to_pem(state_->key.get()) + to_pem(state_->certificate.get()), 0600);
        } catch (const cluster::error& unwritten) {
            throw certificate_error{unwritten.what()};
        }
    } else {
        if ((found.st_mode & 077U) != 0) {
            throw certificate_error{fmt::format(
                "{} holds the key of the local certificate authority, and others may read it. Close it "
                "(chmod "
                "600), or remove it to get a new authority, whose bundle clients must fetch again.",
                file.string())};
        }
        const std::string pem = cluster::read_file(file);
        state_->key = key_of(pem);
        state_->certificate = certificate_of(pem);
    }
    if (!state_->key || !state_->certificate ||
        X509_check_private_key(state_->certificate.get(), state_->key.get()) != 1) {
        throw certificate_error{fmt::format("{} is not the local certificate authority's key and "
                                            "certificate. Put it back, or remove it to get "
                                            "a new authority, whose bundle clients must fetch again.",
                                            file.string())};
    }
    state_->bundle = to_pem(state_->certificate.get());
}

certificate_authority::~certificate_authority() = default;

const std::string& certificate_authority::bundle() const {
    return state_->bundle;
}

server_certificate certificate_authority::issue(std::span<const std::string> names,
                                                system_clock::time_point now) const {
    must(!names.empty(), "a server certificate needs a name");
    const key_ptr key = new_key();
    const certificate_ptr out = new_certificate(key.get(), names.front(), now, now + server_lifetime);
    X509* const issuer = state_->certificate.get();
    must(X509_set_issuer_name(out.get(), X509_get_subject_name(issuer)) == 1, "making a certificate");
    add_extension(out.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(out.get(), issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(out.get(), issuer, NID_ext_key_usage, "serverAuth");
    add_extension(out.get(), issuer, NID_subject_key_identifier, "hash");
    add_extension(out.get(), issuer, NID_authority_key_identifier, "keyid:always");
    add_alternative_names(out.get(), names);
    must(X509_sign(out.get(), state_->key.get(), EVP_sha256()) > 0, "signing a certificate");
    return {to_pem(out.get()), to_pem(key.get())};
}

bool certificate_authority::is_current(const std::string& certificate, std::span<const std::string> names,
                                       system_clock::time_point now) const {
    const certificate_ptr shown = certificate_of(certificate);
    if (!shown) return false;
    const bool ours = X509_verify(shown.get(), X509_get0_pubkey(state_->certificate.get())) == 1;
    ERR_clear_error();
    std::time_t begins = system_clock::to_time_t(now);
    std::time_t ends = system_clock::to_time_t(now + renewal_before);
    return ours && X509_cmp_time(X509_get0_notBefore(shown.get()), &begins) < 0 &&
           X509_cmp_time(X509_get0_notAfter(shown.get()), &ends) > 0 &&
           alternative_names(shown.get()) == as_in_certificate(names);
}

bool keep_certificate(const certificate_authority& authority, const std::filesystem::path& folder,
                      std::span<const std::string> names, system_clock::time_point now) {
    const auto certificate = folder / "server.crt";
    const auto key = folder / "server.key";
    const certificate_ptr shown = certificate_of(cluster::read_file(certificate));
    const key_ptr proof = key_of(cluster::read_file(key));
    // A crash between the two files leaves a pair that does not match.
    const bool pair = shown && proof && X509_check_private_key(shown.get(), proof.get()) == 1;
    ERR_clear_error();
    if (pair && authority.is_current(cluster::read_file(certificate), names, now)) return false;
    const server_certificate made = authority.issue(names, now);
    const auto owner = cluster::account_for(folder);
    cluster::write_file(key, made.key, 0600);
    cluster::give_to(owner, key);
    cluster::write_file(certificate, made.certificate, 0644);
    cluster::give_to(owner, certificate);
    return true;
}

} // namespace cruddur::cloud::ground
