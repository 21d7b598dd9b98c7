#include "cloud/ground/vault.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::ground {
namespace {

constexpr std::string_view magic = "CRUDVLT1";
constexpr std::string_view wrap_context = "cruddur instance key 1";
constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t wrapped_bytes = nonce_bytes + key_bytes + tag_bytes;
constexpr std::size_t header_bytes = magic.size() + wrapped_bytes + salt_bytes;
constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

using bytes = std::vector<unsigned char>;
using nonce = std::array<unsigned char, nonce_bytes>;

// A key, wiped when it goes.
struct secret {
    std::array<unsigned char, key_bytes> value{};
    secret() = default;
    secret(const secret&) = default;
    secret& operator=(const secret&) = default;
    ~secret() { OPENSSL_cleanse(value.data(), value.size()); }
};

void must_seal(bool held) {
    if (!held) throw vault_error{"OpenSSL refused to encrypt or decrypt"};
}

void fill_randomly(std::span<unsigned char> out) {
    must_seal(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

// AES-256-GCM of one message at a time. The key's schedule is made once.
class aes_gcm {
public:
    enum class direction { encrypt, decrypt };

    aes_gcm(const secret& key, direction way)
        : context_{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}
        , way_{way} {
        must_seal(context_ != nullptr && EVP_CipherInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr,
                                                           key.value.data(), nullptr, is_encrypting()) == 1);
    }

    // The ciphertext with its tag behind it, in place of what `out` holds.
    void seal(const nonce& with, std::string_view context, std::span<const unsigned char> plain, bytes& out) {
        out.resize(plain.size() + tag_bytes);
        begin(with, context);
        int size = 0;
        must_seal(EVP_CipherUpdate(context_.get(), out.data(), &size, plain.data(),
                                   static_cast<int>(plain.size())) == 1);
        must_seal(EVP_CipherFinal_ex(context_.get(), out.data() + size, &size) == 1);
        must_seal(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                                      out.data() + plain.size()) == 1);
    }

    // False, and `out` empty, where the tag is not that of these bytes under this nonce.
    bool open(const nonce& with, std::string_view context, std::span<const unsigned char> sealed,
              bytes& out) {
        const auto plain_bytes = sealed.size() - tag_bytes;
        out.resize(plain_bytes);
        begin(with, context);
        std::array<unsigned char, tag_bytes> tag{};
        std::copy_n(sealed.data() + plain_bytes, tag_bytes, tag.begin());
        int size = 0;
        must_seal(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1);
        must_seal(EVP_CipherUpdate(context_.get(), out.data(), &size, sealed.data(),
                                   static_cast<int>(plain_bytes)) == 1);
        std::array<unsigned char, tag_bytes> nothing{};
        if (EVP_CipherFinal_ex(context_.get(), nothing.data(), &size) == 1) return true;
        OPENSSL_cleanse(out.data(), out.size());
        out.clear();
        return false;
    }

private:
    [[nodiscard]] int is_encrypting() const { return way_ == direction::encrypt ? 1 : 0; }

    void begin(const nonce& with, std::string_view context) {
        must_seal(
            EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, with.data(), is_encrypting()) == 1);
        int size = 0;
        must_seal(EVP_CipherUpdate(context_.get(), nullptr, &size,
                                   reinterpret_cast<const unsigned char*>(context.data()),
                                   static_cast<int>(context.size())) == 1);
    }

    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
    direction way_;
};

secret unwrap(const secret& master, std::span<const unsigned char> wrapped) {
    if (wrapped.size() != wrapped_bytes) throw vault_error{"this is no wrapped key"};
    nonce with{};
    std::copy_n(wrapped.data(), nonce_bytes, with.begin());
    bytes plain;
    if (!aes_gcm{master, aes_gcm::direction::decrypt}.open(with, wrap_context, wrapped.subspan(nonce_bytes),
                                                           plain)) {
        throw vault_error{
            "the key is not wrapped by this master key, or it was altered: put back the master.key "
            "that it was made with"};
    }
    secret out;
    std::ranges::copy(plain, out.value.begin());
    OPENSSL_cleanse(plain.data(), plain.size());
    return out;
}

// The key of one file. Its salt is random, so that no two files have one, and nonces may simply count.
secret derive(const secret& instance, std::span<const unsigned char> header) {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> derivation{
        EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), &EVP_PKEY_CTX_free};
    const auto salt = header.last(salt_bytes);
    secret out;
    std::size_t size = out.value.size();
    must_seal(
        derivation != nullptr && EVP_PKEY_derive_init(derivation.get()) == 1 &&
        EVP_PKEY_CTX_set_hkdf_md(derivation.get(), EVP_sha256()) == 1 &&
        EVP_PKEY_CTX_set1_hkdf_salt(derivation.get(), salt.data(), static_cast<int>(salt.size())) == 1 &&
        EVP_PKEY_CTX_set1_hkdf_key(derivation.get(), instance.value.data(), key_bytes) == 1 &&
        EVP_PKEY_CTX_add1_hkdf_info(derivation.get(), header.data(), static_cast<int>(header.size())) == 1 &&
        EVP_PKEY_derive(derivation.get(), out.value.data(), &size) == 1 && size == key_bytes);
    return out;
}

nonce nonce_of(std::uint64_t chunk, bool is_last) {
    nonce out{};
    for (std::size_t i = 0; i < 8; ++i)
        out[i] = static_cast<unsigned char>(chunk >> (56 - 8 * i));
    out.back() = is_last ? 1 : 0;
    return out;
}

void append(bytes& to, std::string_view text) {
    to.insert(to.end(), text.begin(), text.end());
}

} // namespace

struct vault::state {
    secret master;
};

vault::vault(const std::filesystem::path& folder)
    : state_{std::make_unique<state>()} {
    const auto file = folder / "master.key";
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
        fill_randomly(state_->master.value);
        std::error_code failed;
        std::filesystem::create_directories(folder, failed);
        try {
            cluster::write_file(file, {reinterpret_cast<const char*>(state_->master.value.data()), key_bytes},
                                0600);
        } catch (const cluster::error& unwritten) {
            throw vault_error{unwritten.what()};
        }
        return;
    }
    if ((found.st_mode & 077U) != 0) {
        throw vault_error{fmt::format("{} is the master key, and others may read it. Close it: chmod 600 {}",
                                      file.string(), file.string())};
    }
    std::FILE* opened = std::fopen(file.c_str(), "rbe");
    const std::size_t got =
        opened == nullptr ? 0 : std::fread(state_->master.value.data(), 1, key_bytes, opened);
    if (opened != nullptr) std::fclose(opened);
    if (got != key_bytes || found.st_size != key_bytes) {
        throw vault_error{fmt::format(
            "{} is not a master key of {} bytes. Put the one back that snapshots were sealed with.",
            file.string(), key_bytes)};
    }
}

vault::~vault() = default;

std::string vault::new_key() const {
    secret key;
    nonce with{};
    fill_randomly(key.value);
    fill_randomly(with);
    bytes sealed;
    aes_gcm{state_->master, aes_gcm::direction::encrypt}.seal(with, wrap_context, key.value, sealed);
    std::string out{with.begin(), with.end()};
    out.append(sealed.begin(), sealed.end());
    return out;
}

struct sealer::state {
    byte_sink to;
    bytes header;
    std::unique_ptr<aes_gcm> cipher;
    bytes pending; // at most a chunk: the last one is known as such only at the end
    bytes sealed;  // the chunk that is being written
    std::uint64_t number = 0;

    void put(std::span<const unsigned char> out) const { to(std::as_bytes(out)); }

    void put_chunk(bool is_last) {
        cipher->seal(nonce_of(number++, is_last), {}, pending, sealed);
        put(sealed);
        pending.clear();
    }
};

sealer::sealer(const vault& with, const std::string& wrapped_key, byte_sink to)
    : state_{std::make_unique<state>()} {
    state_->to = std::move(to);
    append(state_->header, magic);
    append(state_->header, wrapped_key);
    const secret key = unwrap(with.state_->master, std::span{state_->header}.subspan(magic.size()));
    state_->header.resize(header_bytes);
    fill_randomly(std::span{state_->header}.last(salt_bytes));
    state_->cipher = std::make_unique<aes_gcm>(derive(key, state_->header), aes_gcm::direction::encrypt);
    state_->put(state_->header);
}

sealer::~sealer() = default;

void sealer::write(std::span<const std::byte> more) {
    while (!more.empty()) {
        if (state_->pending.size() == chunk_bytes) state_->put_chunk(false);
        const auto part = more.first(std::min(more.size(), chunk_bytes - state_->pending.size()));
        const auto* begin = reinterpret_cast<const unsigned char*>(part.data());
        state_->pending.insert(state_->pending.end(), begin, begin + part.size());
        more = more.subspan(part.size());
    }
}

void sealer::finish() {
    state_->put_chunk(true);
}

struct opener::state {
    byte_source from;
    std::unique_ptr<aes_gcm> cipher;
    bytes sealed; // the next chunk, and one byte more where there is more
    bytes plain;  // of the chunk before, verified
    std::size_t at = 0;
    std::uint64_t number = 0;
    bool ended = false;

    void fill(std::size_t size) {
        auto have = sealed.size();
        sealed.resize(size);
        while (have < size) {
            const auto got = from(std::as_writable_bytes(std::span{sealed}.subspan(have)));
            if (got == 0) break;
            have += got;
        }
        sealed.resize(have);
    }

    void next_chunk() {
        constexpr auto full = chunk_bytes + tag_bytes;
        fill(full + 1);
        const bool is_last = sealed.size() <= full;
        const auto size = std::min(sealed.size(), full);
        at = 0;
        if (size < tag_bytes ||
            !cipher->open(nonce_of(number, is_last), {}, std::span{sealed}.first(size), plain)) {
            throw vault_error{fmt::format(
                "chunk {} of the sealed file is not as it was written: it is damaged, cut short, or altered. "
                "Nothing of it can be trusted; take another copy.",
                number)};
        }
        ++number;
        ended = is_last;
        sealed.erase(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(size));
    }
};

opener::opener(const vault& with, byte_source from)
    : state_{std::make_unique<state>()} {
    state_->from = std::move(from);
    state_->fill(header_bytes);
    const std::span header{std::as_const(state_->sealed)};
    if (header.size() != header_bytes || !std::equal(magic.begin(), magic.end(), header.begin())) {
        throw vault_error{"this is no sealed file of a version that is known here"};
    }
    const secret key = unwrap(with.state_->master, header.subspan(magic.size(), wrapped_bytes));
    state_->cipher = std::make_unique<aes_gcm>(derive(key, header), aes_gcm::direction::decrypt);
    state_->sealed.clear();
}

opener::~opener() = default;

std::size_t opener::read(std::span<std::byte> into) {
    while (state_->at == state_->plain.size()) {
        if (state_->ended) return 0;
        state_->next_chunk();
    }
    const auto size = std::min(into.size(), state_->plain.size() - state_->at);
    std::memcpy(into.data(), state_->plain.data() + state_->at, size);
    state_->at += size;
    return size;
}

} // namespace cruddur::cloud::ground
