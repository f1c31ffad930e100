import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { freePort } from '../../../demo/daemons.ts'
import { End } from '../process.ts'
import { missingProgram } from './have.ts'
import type { Tool } from './tool.ts'

/** One connection to nginx, file after file: what the sockets and the disk cost, and nothing else. */
export const curl: Tool = {
  name: 'curl from nginx',
  hasPieces: false,
  missing: () => missingProgram('curl', 'nginx'),
  async prepare({ directory, source }) {
    const [port, copy] = [await freePort(36_880), `${directory}/copy`]
    await mkdir(copy)
    await writeFile(
      `${directory}/nginx.conf`,
      `daemon off; master_process off; user root; pid ${directory}/nginx.pid; error_log ${directory}/nginx.log;
events {}
http { sendfile on; access_log off; client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  server { listen 127.0.0.1:${port}; root ${source}; } }
`,
    )
    const seeder = new End(['nginx', '-c', `${directory}/nginx.conf`, '-e', `${directory}/nginx.log`], {
      env: { PATH: `${process.env.PATH}:/usr/sbin` },
    })
    await new Promise(resolve => setTimeout(resolve, 500))
    const urls = (await readdir(source)).map(name => `url = "http://127.0.0.1:${port}/${name}"\nremote-name\n`)
    await writeFile(`${directory}/urls`, urls.join(''))
    return {
      seeder,
      begin: async () => new End(['curl', '--fail', '--silent', '--config', `${directory}/urls`], { cwd: copy }),
      marks: [{ what: 'all files written', reached: leecher => leecher.finished() }],
      copy,
      async close() {},
    }
  },
}
