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

void keep_password_source(const std::string& secret, std::shared_ptr<password_source> source) {
    const std::lock_guard lock{kept().mutex};
    kept().all[secret] = std::move(source);
}

std::shared_ptr<password_source> password_source_of(const std::string& secret) {
    const std::lock_guard lock{kept().mutex};
    const auto found = kept().all.find(secret);
    return found == kept().all.end() ? nullptr : found->second;
}

} // namespace cruddur::postgres
