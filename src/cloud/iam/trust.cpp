// Who may assume a role.

#include "cloud/ground/identifiers.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/iam/iam_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cruddur::cloud::iam {

namespace {

constexpr std::string_view action = "sts:AssumeRole";

// How a trust policy names a caller: not at all, by the account whose policies then decide, or as himself.
enum class trusted : std::uint8_t { no, account, named };

class trust_reader {
public:
    trust_reader(const access_control& by, const wire::identity& caller, std::string role_arn)
        : is_root_{caller.is == wire::identity::kind::root}
        , arn_{by.arn_of(caller)}
        , role_arn_{std::move(role_arn)} {}

    // The statements that name the caller in that way.
    [[nodiscard]] policy_document naming(const policy_document& from, trusted how) const {
        policy_document out{from.has_variables, {}};
        std::ranges::copy_if(from.statements, std::back_inserter(out.statements),
                             [&](const policy_statement& each) { return names(each) == how; });
        return out;
    }

private:
    [[nodiscard]] trusted names(const policy_statement& each) const {
        trusted out = trusted::no;
        for (const auto& [kind, value] : each.principals) {
            if (kind == "AWS") out = std::max(out, names(value));
        }
        if (!each.not_principals) return out;
        return out == trusted::no ? trusted::named : trusted::no;
    }

    [[nodiscard]] trusted names(const std::string& value) const {
        if (value == "*" || value == arn_ || (!role_arn_.empty() && value == role_arn_))
            return trusted::named;
        const std::string account = fmt::format("arn:aws:iam::{}:root", ground::account_id);
        if (value != ground::account_id && value != account) return trusted::no;
        return is_root_ ? trusted::named : trusted::account;
    }

    bool is_root_;
    std::string arn_;
    std::string role_arn_; // of a session's caller: the role that he has assumed already
};

} // namespace

void access_control::check_trust(const wire::identity& caller, const principal& role,
                                 condition_context given) const {
    access_request asked{std::string{action}, {role.arn()}, std::move(given)};
    describe(caller, asked.context);
    std::string role_arn;
    if (caller.is == wire::identity::kind::session) {
        if (const auto found = find_principal(db_, principal_kind::role, caller.name))
            role_arn = found->arn();
    }
    const policy_document trust = read_policy(role.trust, policy_use::trust);
    const trust_reader reader{*this, caller, role_arn};
    const std::vector by_name{reader.naming(trust, trusted::named)};
    const std::vector by_account{reader.naming(trust, trusted::account)};
    const verdict named = evaluate(by_name, asked);
    const verdict account = evaluate(by_account, asked);
    const decision own = ask(caller, asked);
    const auto refuse = [&](const std::string& why) {
        throw ground::refusal{"AccessDenied",
                              fmt::format("User: {} is not authorized to perform: {} on resource: {}{}",
                                          arn_of(caller), action, role.arn(), why),
                              403};
    };
    if (own != decision::allowed && own != decision::identity_silent)
        refuse(" " + reason_of(own, std::string{action}));
    if (named == verdict::denied || account == verdict::denied)
        refuse(" with an explicit deny in a resource-based policy");
    if (named == verdict::allowed) return;
    if (account != verdict::allowed) refuse("");
    if (own == decision::identity_silent) refuse(" " + reason_of(own, std::string{action}));
}

} // namespace cruddur::cloud::iam
