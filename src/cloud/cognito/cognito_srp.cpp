#include "cloud/cognito/cognito_srp.hpp"

#include "cloud/ground/crypto.hpp"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include <memory>
#include <stdexcept>

namespace cruddur::cloud::cognito {

namespace {

constexpr std::size_t secret_bytes = 128;
constexpr std::size_t client_digits_max = 1024;
constexpr std::size_t key_bytes = 16;

struct free_number {
    void operator()(BIGNUM* owned) const { BN_clear_free(owned); }
};
using big_number = std::unique_ptr<BIGNUM, free_number>;

void check(int result) {
    if (result != 1) throw std::runtime_error{"SRP: OpenSSL cannot compute"};
}

big_number make() {
    big_number out{BN_new()};
    check(out ? 1 : 0);
    return out;
}

big_number from_hex(std::string_view text) {
    const std::string owned{text};
    BIGNUM* raw = nullptr;
    const int read = BN_hex2bn(&raw, owned.c_str());
    big_number out{raw};
    if (read <= 0 || static_cast<std::size_t>(read) != owned.size()) return nullptr;
    return out;
}

big_number from_bytes(std::string_view bytes) {
    return big_number{BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()), nullptr)};
}

// The bytes as they are hashed: at least one, and the first below 0x80.
std::string padded(const big_number& in) {
    std::string out(static_cast<std::size_t>(BN_num_bytes(in.get())), '\0');
    BN_bn2bin(in.get(), reinterpret_cast<unsigned char*>(out.data()));
    if (out.empty() || (static_cast<unsigned char>(out.front()) & 0x80U) != 0) out.insert(0, 1, '\0');
    return out;
}

std::string hex(const big_number& in) {
    return ground::to_hex(padded(in));
}

// The group, and the context that its arithmetic needs.
class group {
public:
    group() {
        // The 3072-bit prime of RFC 3526, which SRP takes from there.
        check(BN_get_rfc3526_prime_3072(modulus_.get()) != nullptr ? 1 : 0);
        check(BN_set_word(generator_.get(), 2));
        check(context_ ? 1 : 0);
    }

    [[nodiscard]] const big_number& generator() const { return generator_; }
    [[nodiscard]] big_number power(const big_number& base, const big_number& exponent) const {
        big_number out = make();
        BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
        check(BN_mod_exp(out.get(), base.get(), exponent.get(), modulus_.get(), context_.get()));
        return out;
    }
    [[nodiscard]] big_number product(const big_number& left, const big_number& right) const {
        big_number out = make();
        check(BN_mod_mul(out.get(), left.get(), right.get(), modulus_.get(), context_.get()));
        return out;
    }
    [[nodiscard]] big_number sum(const big_number& left, const big_number& right) const {
        big_number out = make();
        check(BN_mod_add(out.get(), left.get(), right.get(), modulus_.get(), context_.get()));
        return out;
    }
    [[nodiscard]] bool is_zero(const big_number& in) const {
        const big_number rest = make();
        check(BN_nnmod(rest.get(), in.get(), modulus_.get(), context_.get()));
        return BN_is_zero(rest.get()) == 1;
    }
    // k = H(N | g)
    [[nodiscard]] big_number multiplier() const {
        return from_bytes(ground::sha256(padded(modulus_) + padded(generator_)));
    }

private:
    struct free_context {
        void operator()(BN_CTX* context) const { BN_CTX_free(context); }
    };

    big_number modulus_ = make();
    big_number generator_ = make();
    std::unique_ptr<BN_CTX, free_context> context_{BN_CTX_new()};
};

} // namespace

std::string srp_verifier(std::string_view salt, std::string_view short_id, std::string_view username,
                         std::string_view password) {
    const group in;
    std::string identity{short_id};
    identity.append(username).append(":").append(password);
    const std::string inner = ground::sha256(identity);
    OPENSSL_cleanse(identity.data(), identity.size());
    const big_number x = from_bytes(ground::sha256(padded(from_hex(salt)) + inner));
    return hex(in.power(in.generator(), x));
}

srp_challenge srp_begin(std::string_view verifier) {
    const group in;
    const big_number b = from_bytes(ground::random_bytes(secret_bytes));
    const big_number v = from_hex(verifier);
    return {hex(b), hex(in.sum(in.product(in.multiplier(), v), in.power(in.generator(), b)))};
}

std::optional<std::string> srp_key(std::string_view verifier, const srp_challenge& challenge,
                                   std::string_view client_public_value) {
    if (client_public_value.empty() || client_public_value.size() > client_digits_max) return std::nullopt;
    const group in;
    const big_number a = from_hex(client_public_value);
    if (!a || BN_is_negative(a.get()) == 1 || in.is_zero(a)) return std::nullopt;
    const big_number b = from_hex(challenge.secret);
    const big_number u = from_bytes(ground::sha256(padded(a) + padded(from_hex(challenge.public_value))));
    if (BN_is_zero(u.get()) == 1) return std::nullopt;
    const big_number shared = in.power(in.product(a, in.power(from_hex(verifier), u)), b);
    const std::string extracted = ground::hmac_sha256(padded(u), padded(shared));
    std::string info = "Caldera Derived Key";
    info += '\x01';
    return ground::hmac_sha256(extracted, info).substr(0, key_bytes);
}

} // namespace cruddur::cloud::cognito
