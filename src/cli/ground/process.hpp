#pragma once

#include <csignal>
#include <filesystem>
#include <string>

namespace cruddur::cli::ground {

// The program's own surroundings.

// "" for a variable that is not set.
std::string environment(const char* name);

// Where everything is kept unless a flag says otherwise: CRUDDUR_DATA_DIR (bin/up names the checkout's own),
// else XDG's folder for data. Root's PostgreSQL runs as an unprivileged user, who cannot pass through a
// closed home folder: then it is the system's place for such data. Absolute.
std::filesystem::path default_data_folder();

// Blocks the signals that end the program, and returns them. Before any thread is made, so that every one of
// them leaves the signals to whoever waits for these. A hang-up counts unless our caller (nohup) ignores it;
// a connection that its peer has closed (SIGPIPE) or a file that may grow no more (SIGXFSZ) ends nothing.
sigset_t block_stop_signals();

// Raises this process's limit of open files to what it may be raised to: each connection takes one, and the
// usual limit is 1,024.
void raise_descriptor_limit();
[[nodiscard]] std::size_t descriptor_limit();

} // namespace cruddur::cli::ground
