#pragma once

#include "cloud/admission.hpp"
#include "cloud/function_folder.hpp"
#include "cloud/function_process.hpp"
#include "cloud/invoker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud {

class state;

// What came of one invocation, as Lambda's Invoke tells it.
struct function_run {
    function_outcome outcome;
    std::string log; // of this invocation
};

// The processes of all functions: made when an event comes and none is idle, kept for the next events, ended
// when their function changes or has not been called for a while. Their output goes to CloudWatch Logs. On
// the loop's thread alone.
class function_pool final : public invoker {
public:
    // Each with one event at a time; a reserved concurrency makes it fewer.
    static constexpr std::size_t processes_max = 50;         // of one function
    static constexpr std::size_t processes_in_all_max = 100; // idle ones make way

    // `folder`: where the code that was uploaded is kept.
    function_pool(boost::asio::io_context& loop, state& db, std::filesystem::path folder);
    ~function_pool() override;

    // Throws refusal: ResourceNotFoundException, TooManyRequestsException, or what keeps it from starting.
    boost::asio::awaitable<function_run> run(std::string arn, std::string request_id, std::string payload,
                                             std::string client_context);
    boost::asio::awaitable<invocation> invoke(std::string function_arn, std::string payload,
                                              invocation_source from,
                                              std::chrono::milliseconds timeout) override;

    // Keeps a zip; returns its SHA-256 in hexadecimal. Throws refusal (InvalidParameterValueException) for
    // what cannot be a function's code. Safe to call from any thread.
    std::string keep_code(std::string_view zip);
    // Its code or configuration has changed: events from now on get new processes.
    void forget(const std::string& arn);

    // As whom rules see a connection from this address and port of this machine that a function has made: an
    // address in its VPC and its security groups, or one outside and none; nullopt where no function's
    // process holds it. Safe to call from any thread: it looks the socket's owner up in /proc.
    [[nodiscard]] std::optional<peer_origin> owner_of(const std::string& address, std::uint16_t port) const;

private:
    struct worker;
    struct registry;

    std::size_t concurrency_of(const std::string& arn);
    std::shared_ptr<worker> take(const std::string& arn);
    std::shared_ptr<worker> start(const std::string& arn);
    std::filesystem::path unpacked(const std::string& sha256);
    void drop_unused_code();
    void reap(std::chrono::seconds idle_for);
    void reap_later();

    boost::asio::io_context& loop_;
    state& db_;
    std::filesystem::path folder_;
    function_folder code_; // where it is unpacked, readable to the functions' user
    std::mutex unpacking_;
    std::map<std::string, std::vector<std::shared_ptr<worker>>, std::less<>> workers_;
    std::shared_ptr<registry> owners_;
    boost::asio::steady_timer reaper_;
};

} // namespace cruddur::cloud
