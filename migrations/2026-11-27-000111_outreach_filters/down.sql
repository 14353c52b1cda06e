DROP INDEX templates_search_idx, follow_ups_kind_idx, messages_purpose_idx, messages_channel_idx, messages_direction_idx,
    messages_scheduled_idx, messages_reply_kind_idx;
