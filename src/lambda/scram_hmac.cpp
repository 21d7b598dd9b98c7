// The keyed hash of libpq's SCRAM, in place of libpgcommon's: that one has OpenSSL look its digest up and
// hash the key in each of the thousands of rounds, which takes four times as long, and a cold start waits for
// it. Here the key is hashed once, and its state copied.

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::size_t digest_bytes = 32;
constexpr int pg_sha256 =
    3; // PG_SHA256 of libpgcommon's pg_cryptohash_type, the only one that SCRAM asks for

struct freer {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class hash_state {
public:
    [[nodiscard]] bool begin() { return EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1; }
    [[nodiscard]] bool begin_as(const hash_state& other) {
        return EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) == 1;
    }
    [[nodiscard]] bool add(const void* bytes, std::size_t size) {
        return EVP_DigestUpdate(context_.get(), bytes, size) == 1;
    }
    [[nodiscard]] bool end(unsigned char* into) {
        return EVP_DigestFinal_ex(context_.get(), into, nullptr) == 1;
    }

private:
    std::unique_ptr<EVP_MD_CTX, freer> context_{EVP_MD_CTX_new()};
};

using block = std::array<unsigned char, block_bytes>;

// A digest that has begun with the key, each of its bytes changed by `pad`.
bool begin_with(hash_state& with, const block& key, unsigned char pad) {
    block padded = key;
    for (unsigned char& byte : padded)
        byte ^= pad;
    const bool begun = with.begin() && with.add(padded.data(), padded.size());
    OPENSSL_cleanse(padded.data(), padded.size());
    return begun;
}

} // namespace

struct pg_hmac_ctx {
    hash_state inner;
    hash_state outer;
    hash_state running;
    block key{};
    bool keyed = false;

    pg_hmac_ctx() = default;
    pg_hmac_ctx(const pg_hmac_ctx&) = delete;
    pg_hmac_ctx& operator=(const pg_hmac_ctx&) = delete;
    ~pg_hmac_ctx() { OPENSSL_cleanse(key.data(), key.size()); }

    bool take(const unsigned char* given, std::size_t size) {
        block wanted{};
        if (size > wanted.size()) {
            if (!running.begin() || !running.add(given, size) || !running.end(wanted.data())) return false;
        } else if (size > 0) {
            std::memcpy(wanted.data(), given, size);
        }
        if (!keyed || wanted != key)
            keyed = begin_with(inner, wanted, 0x36) && begin_with(outer, wanted, 0x5c);
        key = wanted;
        OPENSSL_cleanse(wanted.data(), wanted.size());
        return keyed && running.begin_as(inner);
    }
    bool end(unsigned char* into) {
        std::array<unsigned char, digest_bytes> first{};
        return running.end(first.data()) && running.begin_as(outer) &&
               running.add(first.data(), first.size()) && running.end(into);
    }
};

// As common/hmac.h of PostgreSQL 15 declares them: 0, or -1 for a failure.
extern "C" {
pg_hmac_ctx* pg_hmac_create(int type);
int pg_hmac_init(pg_hmac_ctx* with, const std::uint8_t* key, std::size_t size);
int pg_hmac_update(pg_hmac_ctx* with, const std::uint8_t* bytes, std::size_t size);
int pg_hmac_final(pg_hmac_ctx* with, std::uint8_t* into, std::size_t size);
void pg_hmac_free(pg_hmac_ctx* which);
const char* pg_hmac_error(pg_hmac_ctx* of);

pg_hmac_ctx* pg_hmac_create(int type) {
    return type == pg_sha256 ? new (std::nothrow) pg_hmac_ctx : nullptr;
}

int pg_hmac_init(pg_hmac_ctx* with, const std::uint8_t* key, std::size_t size) {
    return with != nullptr && with->take(key, size) ? 0 : -1;
}

int pg_hmac_update(pg_hmac_ctx* with, const std::uint8_t* bytes, std::size_t size) {
    return with != nullptr && with->running.add(bytes, size) ? 0 : -1;
}

int pg_hmac_final(pg_hmac_ctx* with, std::uint8_t* into, std::size_t size) {
    return with != nullptr && size >= digest_bytes && with->end(into) ? 0 : -1;
}

void pg_hmac_free(pg_hmac_ctx* which) {
    delete which;
}

const char* pg_hmac_error(pg_hmac_ctx* of) {
    return of == nullptr ? "out of memory" : "the digest failed";
}
}
