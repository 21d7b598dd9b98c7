#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace cruddur::cloud::ground {

// The authority's files cannot be read, written or used. The text is for the operator.
class certificate_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What a server shows and what it proves it with, both PEM.
struct server_certificate {
    std::string certificate;
    std::string key; // a secret
};

// What an authority signs with.
enum class authority_key : std::uint8_t { p256, p384, rsa4096 };

// The local certificate authority: one key and its self-signed certificate, which sign the instances'
// certificates. Nothing but what is told to trust its bundle trusts it. Safe to use from several threads.
class certificate_authority {
public:
    // Opens the authority of `folder` (ca.pem, which is one file of key and certificate, mode 0600), or makes
    // it there: whole or not at all. Throws certificate_error, also for a file that others may read.
    explicit certificate_authority(const std::filesystem::path& folder,
                                   authority_key made_of = authority_key::p256);
    ~certificate_authority();

    // The certificate that clients trust (sslrootcert), PEM. Not a secret.
    [[nodiscard]] const std::string& bundle() const;

    // A new key and a certificate of a year for a server known by these names: host names and IPv4 or IPv6
    // addresses, at least one; the first is its common name, too.
    [[nodiscard]] server_certificate issue(std::span<const std::string> names,
                                           std::chrono::system_clock::time_point now) const;

    // Whether the certificate is still to be shown: signed by this authority, for exactly these names, and
    // valid for another 30 days. False for what is no certificate.
    [[nodiscard]] bool is_current(const std::string& certificate, std::span<const std::string> names,
                                  std::chrono::system_clock::time_point now) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

// Sees to it that `folder` holds server.crt and server.key (mode 0600, the folder's owner's), current for
// these names; true when they are new, and the server that shows them has to be told to read them again.
bool keep_certificate(const certificate_authority& authority, const std::filesystem::path& folder,
                      std::span<const std::string> names, std::chrono::system_clock::time_point now);

} // namespace cruddur::cloud::ground
