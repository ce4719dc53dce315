import { json, type ApiResponse } from "./http.ts";

/** `GET /health`: says that the function runs. It asks nobody and tells nothing else. */
export const handler = async (): Promise<ApiResponse> => json(200, { status: "ok" });
