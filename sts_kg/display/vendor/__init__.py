"""What others wrote for browsers, as they published it; `VENDOR.json` says where from, `update.py` fetches it anew."""
