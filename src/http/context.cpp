#include "http/context.hpp"

#include "http/reply.hpp"

#include <ctime>

namespace cruddur::http {
namespace {

constexpr std::size_t spare_max = 64;

} // namespace

void context::refresh() {
    now = clock::now();
    const std::int64_t seconds = std::time(nullptr);
    if (seconds == date_seconds_) return;
    date_seconds_ = seconds;
    date = format_date(seconds);
}

std::unique_ptr<workspace> context::lend() {
    if (spare_.empty()) return std::make_unique<workspace>();
    auto lent = std::move(spare_.back());
    spare_.pop_back();
    return lent;
}

void context::take_back(std::unique_ptr<workspace> used) {
    used->reset();
    if (spare_.size() < spare_max && used->worth_keeping()) spare_.push_back(std::move(used));
}

} // namespace cruddur::http
