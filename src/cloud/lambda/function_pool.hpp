#pragma once

#include "cloud/ec2/network_records.hpp"
#include "cloud/ec2/network_users.hpp"
#include "cloud/ec2/peer_origin.hpp"
#include "cloud/ground/owed_writes.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/lambda/function_code.hpp"
#include "cloud/lambda/function_folder.hpp"
#include "cloud/lambda/function_process.hpp"
#include "cloud/lambda/function_runtime.hpp"
#include "cloud/lambda/invoker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::lambda {

// What came of one invocation, as Lambda's Invoke tells it.
struct function_run {
    function_outcome outcome;
    std::string log; // of this invocation
};

// One version of a function, or $LATEST.
struct function_version {
    std::string arn; // of the function
    std::string version;

    auto operator<=>(const function_version&) const = default;
};

// What a function's process is made of.
struct function_sources {
    std::string code;   // the digest of its zip
    std::string layers; // their key, or ""
    std::string runtime;

    bool operator==(const function_sources&) const = default;
};

// The address that functions have in a subnet.
[[nodiscard]] std::string function_address(const ec2::subnet& in);

// The processes of all functions: made when an event comes and none is idle, kept for the next events, ended
// when their function changes or has not been called for a while. Their output goes to CloudWatch Logs. On
// the loop's thread alone.
class function_pool final : public invoker, public ec2::network_user {
public:
    // Each with one event at a time; a reserved concurrency makes it fewer.
    static constexpr std::size_t processes_max = 50;         // of one function
    static constexpr std::size_t processes_in_all_max = 100; // idle ones make way

    // `data`: local AWS's folder, in which the code that was uploaded is kept, and which no function sees.
    // Code is unpacked by the workers. Throws std::system_error where no function can be started.
    function_pool(boost::asio::io_context& loop, boost::asio::thread_pool& workers, ground::state& db,
                  const std::filesystem::path& data);
    ~function_pool() override;
    // From then on a function's processes sign as a session of its role, where IAM has the role. Before the
    // first of them is started; `access` outlives the pool.
    void take_roles_from(iam::access_control& access) { access_ = &access; }

    // Throws refusal: ResourceNotFoundException, TooManyRequestsException, or what keeps it from starting.
    boost::asio::awaitable<function_run> run(std::string arn, std::string version, function_event event);
    boost::asio::awaitable<invocation> invoke(std::string function_arn, std::string payload,
                                              invocation_source from,
                                              std::chrono::milliseconds timeout) override;

    [[nodiscard]] bool uses(ground::state& db, const std::string& id) const override;
    [[nodiscard]] std::vector<ec2::network_interface> interfaces(ground::state& db,
                                                                 const std::string& region) const override;

    // Its zips are for the operations that take and give them.
    [[nodiscard]] code_store& code() { return code_; }
    // Drops the packages that no function has any more and nobody runs. What keeps it from that is logged.
    void drop_unused_code() noexcept;
    // Its code or configuration has changed: events from now on get new processes. Of $LATEST, or of a
    // version; or of all, where there is no such function any more.
    void forget(const std::string& arn, const std::string& version = "$LATEST");
    void forget_all(const std::string& arn);

    // As whom rules see a connection of this machine that a function has made: from an address in its VPC and
    // its security groups, or from one outside and none; nullopt where it is no function's. Throws
    // peer_unknown. It may be called from any thread, and after this object's end, when there are no
    // functions.
    [[nodiscard]] ec2::origin_lookup origins() const;
    // How functions are kept apart, in one line for the operator.
    [[nodiscard]] std::string confinement_description() const { return confinement_.description(); }

private:
    struct worker;
    struct registry;

    std::size_t concurrency_of(const std::string& arn);
    function_sources sources_of(const function_version& of);
    boost::asio::awaitable<held_code> opened(std::string key);
    [[nodiscard]] function_keys keys_of(const std::string& role, const std::string& function) const;
    [[nodiscard]] std::vector<std::uint32_t> users() const;
    boost::asio::awaitable<std::shared_ptr<worker>> take(function_version of);
    boost::asio::awaitable<void> start(function_version of, std::shared_ptr<worker> on);
    boost::asio::awaitable<interpreter> interpreter_for(std::string runtime);
    void start_process(const function_version& of, const std::shared_ptr<worker>& on);
    void finish(worker& on, const function_outcome& outcome);
    void give_up(worker& on);
    void reap(std::chrono::seconds idle_for);
    void reap_later();

    boost::asio::io_context& loop_;
    boost::asio::thread_pool& workers_;
    ground::state& db_;
    iam::access_control* access_ = nullptr;
    ground::owed_writes log_writes_;
    std::filesystem::path data_;
    function_folder folder_; // where code is unpacked, and functions' users may pass
    const confinement confinement_;
    code_store code_;
    function_runtimes runtimes_;
    std::filesystem::path no_layers_; // an empty folder
    std::map<function_version, std::vector<std::shared_ptr<worker>>> processes_;
    std::shared_ptr<registry> owners_;
    boost::asio::steady_timer reaper_;
};

} // namespace cruddur::cloud::lambda
