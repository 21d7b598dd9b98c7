#include "aws/waiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace cruddur::aws {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds pause_max{5'000};

// Counts the time, and pauses longer and longer.
class pacer {
public:
    explicit pacer(const wait_params& how)
        : how_{how} {}

    void report(std::string_view status) const {
        if (how_.progress) how_.progress(status, waited());
    }
    // False where the time is up.
    bool pause() {
        if (steady_clock::now() + pause_ > begun_ + how_.timeout) return false;
        std::this_thread::sleep_for(pause_);
        pause_ = std::min(pause_ * 3 / 2, pause_max);
        return true;
    }

private:
    [[nodiscard]] std::chrono::seconds waited() const {
        return std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - begun_);
    }

    const wait_params& how_;
    steady_clock::time_point begun_ = steady_clock::now();
    std::chrono::milliseconds pause_ = first_pause;
};

error hopeless(const std::string& identifier, const std::string& status) {
    return {.kind = failure::failed,
            .message = fmt::format("{} is {}, and will not leave that by itself", identifier, status),
            .hint = status == "stopped" ? "`cruddur rds start` starts it."
                    : status == "storage-full"
                        ? fmt::format(
                              "Give it more storage: aws rds modify-db-instance --db-instance-identifier {} "
                              "--allocated-storage GIB --apply-immediately",
                              identifier)
                        : "The instance's events in AWS's console say why; restore a snapshot "
                          "under another name with `cruddur rds restore SNAPSHOT NAME`."};
}

error late(const std::string& name, const std::string& status, std::chrono::seconds timeout) {
    return {.kind = failure::failed,
            .message = fmt::format("{} is still {} after {} s", name, status, timeout.count()),
            .hint = "Nothing is lost: the same wait can be taken up again, with --timeout for a longer one."};
}

} // namespace

outlook judge(awaited goal, std::string_view status) {
    switch (goal) {
    case awaited::available:
        if (status == "available" || status == "storage-optimization") return outlook::reached;
        if (status == "stopped" || status == "deleting") return outlook::hopeless;
        break;
    case awaited::stopped:
        if (status == "stopped") return outlook::reached;
        if (status == "deleting") return outlook::hopeless;
        break;
    case awaited::deleted:
        break;
    }
    const bool broken = status == "failed" || status == "storage-full" || status == "restore-error" ||
                        status == "inaccessible-encryption-credentials" ||
                        status.starts_with("incompatible-");
    return broken && goal != awaited::deleted ? outlook::hopeless : outlook::pending;
}

result<db_instance> wait_for(client& by, const std::string& identifier, awaited goal,
                             const wait_params& how) {
    pacer pace{how};
    for (;;) {
        auto found = describe_instance(by, identifier);
        if (!found && goal == awaited::deleted && found.error().code == "DBInstanceNotFound")
            return db_instance{.identifier = identifier};
        if (!found) return found;
        pace.report(found->status);
        const outlook seen = judge(goal, found->status);
        // A password that is still to be applied does not open the door yet.
        const bool applied = std::ranges::find(found->pending, "MasterUserPassword") == found->pending.end();
        if (seen == outlook::reached && applied) return found;
        if (seen == outlook::hopeless) return hopeless(identifier, found->status);
        if (!pace.pause()) return late(identifier, found->status, how.timeout);
    }
}

result<db_snapshot> wait_for_snapshot(client& by, const std::string& name, const wait_params& how) {
    pacer pace{how};
    for (;;) {
        auto found = describe_snapshot(by, name);
        if (!found) return found;
        pace.report(found->status);
        if (found->status == "available") return found;
        if (found->status == "failed") {
            return error{.kind = failure::failed,
                         .message = fmt::format("The snapshot {} has failed", name),
                         .hint = "Take another under a new name."};
        }
        if (!pace.pause()) return late("The snapshot " + name, found->status, how.timeout);
    }
}

} // namespace cruddur::aws
