#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace cruddur::cloud::ground {

// The master key's file is unfit, or a sealed file is cut short, reordered, altered or another key's. The
// text is for the operator and holds no secret.
class vault_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Takes all bytes given, or throws.
using byte_sink = std::function<void(std::span<const std::byte>)>;
// Fills the span from its beginning and returns how much it filled; 0 is the end.
using byte_source = std::function<std::size_t(std::span<std::byte>)>;

// The local master key, which wraps the instances' keys. Safe to use from several threads.
class vault {
public:
    // Reads `folder`/master.key (32 random bytes, mode 0600), or makes it there. Throws vault_error, also for
    // a file that others may read: without it no snapshot sealed under it can be opened, ever.
    explicit vault(const std::filesystem::path& folder);
    ~vault();

    // A new random key for an instance, wrapped by the master key (AES-256-GCM): 60 bytes, which are no
    // secret and may stand in a database.
    [[nodiscard]] std::string new_key() const;

private:
    friend class sealer;
    friend class opener;
    struct state;
    std::unique_ptr<state> state_;
};

// Seals a stream: what is written comes out of `to` encrypted, a chunk at a time.
//
// The format: a header of "CRUDVLT1", the wrapped key (60 bytes) and a random salt (32); then chunks of 64
// KiB, the last one shorter, perhaps empty, each encrypted by AES-256-GCM and followed by its tag of 16
// bytes. A file's own key is HKDF-SHA256 of the instance's key with the salt and the header as its context;
// a chunk's nonce is its number (8 bytes, big-endian) and, in 4 bytes, 1 for the last and 0 for the others.
class sealer {
public:
    // `wrapped_key` is from new_key() of the same master key; throws vault_error for another.
    sealer(const vault& with, const std::string& wrapped_key, byte_sink to);
    sealer(const sealer&) = delete;
    sealer& operator=(const sealer&) = delete;
    ~sealer();

    void write(std::span<const std::byte> bytes);
    // Writes the last chunk. A file without it does not open.
    void finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

// Opens a sealed stream. Only bytes that were verified come out, in their order; but that the stream is whole
// is known at its end alone, so what is made of it must be thrown away when read() throws.
class opener {
public:
    opener(const vault& with, byte_source from);
    opener(const opener&) = delete;
    opener& operator=(const opener&) = delete;
    ~opener();

    // As a byte_source. Throws vault_error.
    std::size_t read(std::span<std::byte> into);

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace cruddur::cloud::ground
