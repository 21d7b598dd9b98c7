#pragma once

namespace cruddur::cli::ground {

// What every command ends with; scripts rely on the numbers.
enum class exit_code : int {
    done = 0,
    failed = 1,
    usage = 2,       // wrong flags or arguments: nothing was done
    refused = 3,     // refused for safety: nothing was done
    unreachable = 4, // could not connect
    findings = 5,    // an audit found something
};

} // namespace cruddur::cli::ground
