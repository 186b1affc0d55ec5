#pragma once
#define VALIDATE_BYTES 16
