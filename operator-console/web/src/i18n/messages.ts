import { catalogue } from "./catalogue.ts";

/** Words of the conversation between the centre and an agency. */
export const messages = catalogue({
  "chat.title": ["Pesan dengan {who}", "Messages with {who}"],
  "chat.centre": ["112", "112"],
  "chat.open": ["Pesan dengan {who}", "Messages with {who}"],
  "chat.unread": ["{count} pesan belum dibaca", "{count} unread messages"],
  "chat.none": ["Belum ada pesan.", "No messages yet."],
  "chat.placeholder": ["Tulis pesan untuk {who}…", "Write to {who}…"],
  "chat.label": ["Pesan untuk {who}", "Message to {who}"],
  "chat.send": ["Kirim pesan", "Send the message"],
  "chat.sendShort": ["Kirim", "Send"],
  "chat.close": ["Tutup pesan", "Close the messages"],
  "chat.left": ["sisa {count} karakter", "{count} characters left"],
  "chat.sending": ["mengirim…", "sending…"],
  "chat.waits": ["menunggu sambungan, terkirim sendiri", "waits for the connection, goes out by itself"],
  "chat.sent": ["terkirim, belum dibaca", "sent, not read"],
  "chat.read": ["dibaca {time} oleh {who}", "read {time} by {who}"],
  "chat.gone": ["Isi pesan sudah dihapus.", "What it said was erased."],
  "chat.hidden": ["Isi pesan dilindungi…", "What it says is protected…"],
  "chat.newest": ["Pesan baru di bawah ↓", "New message below ↓"],
  "chat.over": [
    "Tidak dapat menulis lagi: tugas ditolak, ditarik, atau kejadian sudah ditutup.",
    "No more messages: declined, withdrawn, or the incident is closed.",
  ],
  "chat.key": ["pesan dengan instansi", "messages with the agency"],
  "chat.keyAgency": ["pesan dengan 112", "messages with 112"],

  "cmd.sayWords": ["pesan chat", "message chat"],
  "cmd.say": ["Pesan ke {agency}: “{text}”", "Message to {agency}: “{text}”"],
  "cmd.saySays": [
    "Mengirim pesan ini ke {agency} sekarang ({number})",
    "Sends this message to {agency} now ({number})",
  ],
  "cmd.sayDone": ["Pesan terkirim ke {agency}", "Message sent to {agency}"],
});
