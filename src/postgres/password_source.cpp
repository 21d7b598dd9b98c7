#include "postgres/password_source.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace cruddur::postgres {

namespace {

struct kept_sources {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<password_source>> all;
};

kept_sources& kept() {
    static kept_sources one;
    return one;
}

} // namespace

bool password_source::may_mend(std::string_view sqlstate, unsigned /*renewals*/) const {
    constexpr std::string_view invalid_password = "28P01";
    return sqlstate == invalid_password;
}

std::string password_source::advice() const {
    return {};
}

std::string password_source_name(const connection_url& url) {
    if (url.get("iam").empty()) return std::string{url.get("secret")};
    const auto at = url.endpoints().front();
    return "iam " + url.user() + "@" + at.host + ":" + at.port;
}

void keep_password_source(const std::string& name, std::shared_ptr<password_source> source) {
    const std::lock_guard lock{kept().mutex};
    kept().all[name] = std::move(source);
}

std::shared_ptr<password_source> password_source_of(const std::string& name) {
    const std::lock_guard lock{kept().mutex};
    const auto found = kept().all.find(name);
    return found == kept().all.end() ? nullptr : found->second;
}

} // namespace cruddur::postgres
