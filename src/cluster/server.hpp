#pragma once

#include "cluster/server_place.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cluster {

// Whether the server of that folder was fenced (server::fence), and not been built anew.
[[nodiscard]] bool is_fenced(const std::filesystem::path& folder);

struct server_params {
    std::filesystem::path folder;      // the server's own: data/, socket/, log/, password (mode 0600)
    std::string address = "127.0.0.1"; // what it listens on, loopback; "" is no TCP at all
    std::uint16_t port = 0;            // 0 takes a free one and keeps it for the next start where it can
    bool takes_handovers = false;      // of connections that a gate has accepted
    // With that, what is read behind files of the installation's extensions, by their names: "bloom.control".
    std::vector<std::pair<std::string, std::string>> extension_additions{};
    std::optional<int> major;       // of a new folder's PostgreSQL; the newest installed where none is named
    std::filesystem::path engines;  // of PostgreSQL that were added (engine_store); empty for none
    std::string locale = "C.UTF-8"; // of a new folder's databases
    std::filesystem::path locales;  // where that is, where the system has it not (cluster/locale)
    std::string superuser = "postgres";
    std::string database = "postgres";                         // created when missing
    std::vector<std::pair<std::string, std::string>> settings; // more of postgresql.conf
    std::chrono::milliseconds start_timeout{
        30'000};                   // that recovery, which takes what it takes, is no part of
    std::stop_token stopping = {}; // ends a start, however far it is
    std::function<void(const std::string&)> progress = {}; // told every few seconds of a recovery
    std::filesystem::path cache; // of template folders; empty takes the user's own (XDG)
    bool dies_with_us = false;   // ends when the thread that starts it does, even by SIGKILL: for tests
};

// A private PostgreSQL server on this machine. Its folder holds everything; nothing of the system's own
// servers is read or touched. Run by root, the server's processes are of an unprivileged user, as PostgreSQL
// demands. One process at a time has a folder, by a lock that the kernel releases. Not thread-safe; every
// call blocks until it is done.
class server {
public:
    // initdb where the folder is new (from a cached template folder when there is one), then start; adopts a
    // server of this folder that still runs; clears a postmaster.pid that no process holds. One that recovers
    // is waited for: stopped, it would only begin anew. Throws cluster::error with what happened and what to
    // do; after a stop of `stopping` nothing runs.
    static server start(server_params params);

    server(server&&) noexcept;
    server& operator=(server&&) noexcept;
    ~server(); // stop()

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] const std::filesystem::path& folder() const;
    // With the superuser's password in it: never print it but to whom asked for it. Over TCP, or by the Unix
    // socket, which only its account and root may use, where the server has no address.
    [[nodiscard]] std::string url(const std::string& database) const;
    // Where a gate hands connections over (`takes_handovers`): in a folder closed to others.
    [[nodiscard]] std::filesystem::path handover_socket() const;
    [[nodiscard]] int pid() const; // the postmaster's
    [[nodiscard]] bool running() const;
    // Returns as soon as the server has ended, however it did; false when it still runs after this time.
    [[nodiscard]] bool wait_for_end(std::chrono::milliseconds at_most) const;

    [[nodiscard]] server_place place() const;
    // As client_of(place(), program).
    [[nodiscard]] command client(const char* program) const;

    [[nodiscard]] bool is_standby() const;
    // Makes a standby a primary, and returns when it takes writes: all it has received is applied before. It
    // is not an error to promote a primary. Throws cluster::error.
    void promote(std::chrono::milliseconds at_most = std::chrono::seconds(30));
    // Kills every process of the server and marks its folder, so that it never comes back as what it was:
    // start() refuses, and ends what still runs. start_standby() builds the folder anew.
    void fence();

    void stop();    // fast shutdown, then immediate when that takes over 10 s
    void kill();    // SIGKILL to the postmaster: for tests of faults
    void restart(); // on the same port
    void reload();  // has it read its settings again, its certificate too
    // Has it go by these settings and additions to extensions, which its next start takes as well: at once as
    // far as PostgreSQL takes them without a restart. Nothing else of the params is looked at.
    void configure(const server_params& by);

private:
    class implementation;
    explicit server(std::unique_ptr<implementation> started);
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::cluster
