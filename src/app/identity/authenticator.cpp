#include "app/identity/authenticator.hpp"

#include "app/input/sha256.hpp"
#include "http/text.hpp"

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>

namespace cruddur::app::identity {
namespace {

using digest = input::sha256_digest;

struct digest_hash {
    std::size_t operator()(const digest& of) const {
        std::size_t value = 0;
        std::memcpy(&value, of.data(), sizeof value);
        return value;
    }
};

struct remembered {
    digest token;
    std::string subject;
    std::chrono::sys_seconds expires;
};

const refusal unauthorised{401, {"generic_401"}};

} // namespace

// The least recently used stands last.
class authenticator::memory {
public:
    const std::string* find(const digest& token, const std::shared_ptr<const key_set>& keys,
                            std::chrono::sys_seconds now) {
        if (keys != keys_) {
            kept_.clear();
            keys_ = keys;
        }
        auto& by_token = kept_.get<1>();
        const auto found = by_token.find(token);
        if (found == by_token.end()) return nullptr;
        if (now > found->expires) {
            by_token.erase(found);
            return nullptr;
        }
        kept_.relocate(kept_.begin(), kept_.project<0>(found));
        return &found->subject;
    }

    void add(const digest& token, const verified_token& verified) {
        ++verifications;
        kept_.push_front({token, verified.subject, verified.expires});
        if (kept_.size() > remembered_max) kept_.pop_back();
    }

    std::uint64_t verifications = 0;

private:
    using index = boost::multi_index::indexed_by<
        boost::multi_index::sequenced<>,
        boost::multi_index::hashed_unique<boost::multi_index::member<remembered, digest, &remembered::token>,
                                          digest_hash>>;
    boost::multi_index_container<remembered, index> kept_;
    std::shared_ptr<const key_set> keys_; // what the remembered were verified by
};

checked<std::optional<std::string_view>> bearer_token_of(const http::request& from) {
    using found = std::optional<std::string_view>;
    const auto field = from.field("authorization");
    if (!field || field->empty()) return found{};
    const std::size_t space = std::min(field->find(' '), field->size());
    if (!http::equals_ignoring_case(field->substr(0, space), "bearer")) return unauthorised;
    const std::string_view token = http::trim(field->substr(space));
    if (token.empty() || token == "null" || token == "undefined") return found{};
    return found{token};
}

authenticator::authenticator(std::shared_ptr<key_source> keys, token_rules rules, clock now)
    : keys_{std::move(keys)}
    , rules_{std::move(rules)}
    , now_{std::move(now)}
    , remembered_{std::make_unique<memory>()} {}

authenticator::~authenticator() = default;

std::uint64_t authenticator::verifications() const {
    return remembered_->verifications;
}

std::chrono::sys_seconds authenticator::system_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

boost::system::result<std::string, token_failure> authenticator::judge(std::string_view token) {
    const auto keys = keys_->keys();
    if (!keys) return token_failure::unknown_key;
    const auto now = now_();
    const digest sum = input::sha256(token);
    if (const std::string* subject = remembered_->find(sum, keys, now)) return *subject;
    auto verified = verify(token, *keys, rules_, now);
    if (!verified) return verified.error();
    remembered_->add(sum, *verified);
    return std::move(verified->subject);
}

boost::asio::awaitable<checked<std::optional<std::string>>>
authenticator::identify(const http::request& from) {
    using caller = std::optional<std::string>;
    const auto token = bearer_token_of(from);
    if (!token) co_return token.error();
    if (!*token) co_return caller{};
    if (!keys_) co_return unauthorised;
    auto subject = judge(**token);
    if (!subject && subject.error() == token_failure::unknown_key) {
        co_await keys_->refresh();
        if (!keys_->keys()) co_return refusal{503, {"unavailable"}};
        subject = judge(**token);
    }
    if (!subject) {
        spdlog::debug("A token was refused: {}", name_of(subject.error()));
        co_return unauthorised;
    }
    co_return caller{std::move(*subject)};
}

boost::asio::awaitable<checked<std::string>> authenticator::require(const http::request& from) {
    auto caller = co_await identify(from);
    if (!caller) co_return caller.error();
    if (!*caller) co_return unauthorised;
    co_return std::move(**caller);
}

} // namespace cruddur::app::identity
