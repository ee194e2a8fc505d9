"""referralbot: SEND cases run together from chat, and no lawful date missed."""
